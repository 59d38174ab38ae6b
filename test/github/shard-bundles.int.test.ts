import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { artifactBundles, type ShardBundles } from '../../src/github/shard-bundles.ts'
import { startArtifactService, type ArtifactService } from '../support/artifact-service.ts'

const most = 1000
const content = Buffer.from('what another job left')
let service: ArtifactService
let bundles: ShardBundles

// The toolkit's own client, against a service that speaks its protocol.
beforeEach(async () => {
  service = await startArtifactService()
  Object.assign(process.env, service.env, { GITHUB_SERVER_URL: 'https://github.com' })
  bundles = artifactBundles(most)
})
afterEach(() => service.close())

describe('what jobs of a run leave for each other', () => {
  it('comes back as it was', async () => {
    await bundles.send('after-plan-1.gz', content)
    const fetched = await bundles.fetch('after-plan-1.gz')
    expect(fetched.ok && Buffer.from(fetched.value ?? [])).toEqual(content)
  })

  it('is null where no job has left it', async () => {
    await bundles.send('after-plan-1.gz', content)
    expect(await bundles.fetch('after-plan-2.gz')).toEqual({ ok: true, value: null })
  })

  it('is found by how its name begins', async () => {
    for (const name of ['a-1.gz', 'a-2.gz', 'b-1.gz']) await bundles.send(name, content)
    expect(await bundles.names('a-')).toEqual(['a-1.gz', 'a-2.gz'])
  })

  it('attack 7: is kept under a name once, and never replaced', async () => {
    await bundles.send('a-1.gz', content)
    await expect(bundles.send('a-1.gz', Buffer.from('other'))).rejects.toThrow('409')
    const fetched = await bundles.fetch('a-1.gz')
    expect(fetched.ok && Buffer.from(fetched.value ?? [])).toEqual(content)
  })
})

describe('attack 7: what is fetched', () => {
  const reason = async (): Promise<string> => {
    const fetched = await bundles.fetch('a-1.gz')
    return fetched.ok ? 'taken' : fetched.error
  }

  it('is refused where it is not what was uploaded, however alike', async () => {
    await bundles.send('a-1.gz', content)
    service.tamper('a-1.gz', { content: Buffer.from(content.toString().replace('left', 'lift')) })
    expect(await reason()).toMatch(/^its digest is sha256:[0-9a-f]{64}, not sha256:[0-9a-f]{64}$/)
    service.tamper('a-1.gz', { content })
    expect(await reason()).toBe('taken')
  })

  it('is refused where the service has no digest of it', async () => {
    await bundles.send('a-1.gz', content)
    service.tamper('a-1.gz', { digest: null })
    expect(await reason()).toBe('the artifact service has no digest for it')
  })

  it.each([
    [-1, 'taken'],
    [0, 'taken'],
    [1, `it has ${most + 1} bytes, more than ${most}`],
  ])('has at most so many bytes: %d', async (more, said) => {
    await bundles.send('a-1.gz', Buffer.alloc(most + more))
    expect(await reason()).toBe(said)
    // One that is too large is not even asked for.
    expect(service.requests.some((r) => r.includes('GetSignedArtifactURL'))).toBe(said === 'taken')
  })
})
