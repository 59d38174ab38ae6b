import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { githubApi, type Api } from '../../src/github/api.ts'
import { contentAt } from '../../src/github/contents.ts'
import { startRestEmulator, type RestEmulator } from '../support/rest-emulator.ts'

const sha = 'a'.repeat(40)
let github: RestEmulator
let api: Api
beforeEach(async () => {
  github = await startRestEmulator()
  github.state.commits.add(sha)
  github.state.contents.set(`models/wine/tuning.yml@${sha}`, 'text')
  github.state.links.add(`models/current@${sha}`)
  api = githubApi({ token: github.token, repository: 'octo/nets', baseUrl: github.url, sleep: async () => undefined })
})
afterEach(() => github.close())

const problem = async (path: string, commit = sha): Promise<string> => {
  const answer = await contentAt(api, commit, path)
  return answer.ok ? `found ${answer.value}` : answer.error.message
}

describe('attack 11: a file of a commit from GitHub', () => {
  it('is read, and is absent only if the trees of the commit say so', async () => {
    expect(await contentAt(api, sha, 'models/wine/tuning.yml')).toEqual({ ok: true, value: 'text' })
    for (const path of ['tuning.yml', 'models/none.yml', 'models/wine/deep/tuning.yml'.replace('wine', 'none')]) {
      expect(await contentAt(api, sha, path)).toEqual({ ok: true, value: null })
    }
  })

  it('is not absent behind a link, in another spelling, or in a commit that nothing is told of', async () => {
    expect(await problem('models/current/tuning.yml')).toBe('models/current is a link in the commit')
    expect(await problem('Models/wine/tuning.yml')).toBe('the commit spells Models as models')
    expect(await problem('tuning.yml', 'b'.repeat(40))).toContain('404')
  })

  it('is not absent where a tree is kept back, fails, or is listed in part', async () => {
    github.script(/GET \/git\/trees/, 404, 1)
    expect(await problem('models/none.yml')).toContain('404')
    github.script(/GET \/git\/trees/, 500, 10)
    expect(await problem('models/none.yml')).toContain('500')
    const cut: Api = {
      ...api,
      call: async (route, values) => {
        const answer = await api.call(route, values)
        return route.includes('/git/trees/') ? { ok: true, value: { truncated: true, tree: [] } } : answer
      },
    }
    expect(await contentAt(cut, sha, 'tuning.yml')).toMatchObject({
      ok: false,
      error: { message: 'GitHub did not list the full folder' },
    })
  })

  it('is not absent where a tree lists it', async () => {
    github.script(/GET \/contents/, 404, 1)
    expect(await problem('models/wine/tuning.yml')).toContain('is listed but cannot be read')
  })
})
