/** Narrower than this, a page with every section open is too long to find anything in it. */
const narrow = '(max-width: 700px)'

/**
 * On a narrow screen, closes the sections that fold. A link into a closed section opens it, and so does paper. Without a
 * script, every section is open.
 */
export function foldSections(): void {
  const folds = [...document.querySelectorAll<HTMLDetailsElement>('details.fold')]
  const openFor = (hash: string): void => {
    const target = hash.length > 1 ? document.getElementById(decodeURIComponent(hash.slice(1))) : null
    const fold = target?.closest<HTMLDetailsElement>('details.fold')
    if (!target || !fold || fold.open) return
    fold.open = true
    target.scrollIntoView()
  }
  if (matchMedia(narrow).matches) for (const fold of folds) fold.open = false
  openFor(location.hash)
  // A second click on the same link changes no address.
  document.addEventListener('click', ({ target }) => {
    const link = target instanceof Element ? target.closest('a[href^="#"]') : null
    if (link) openFor(link.getAttribute('href') ?? '')
  })
  addEventListener('hashchange', () => {
    openFor(location.hash)
  })
  addEventListener('beforeprint', () => {
    for (const fold of folds) fold.open = true
  })
}
