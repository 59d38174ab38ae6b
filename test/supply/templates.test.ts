import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { sources } from '../support/architecture.ts'

interface Field {
  readonly type: string
  readonly id?: string
  readonly attributes: { readonly label?: string; readonly value?: string }
}

const templates = sources('.github/ISSUE_TEMPLATE', '.yml').filter(({ path }) => !path.endsWith('/config.yml'))

describe('the forms for issues', () => {
  it.each(templates.map(({ path, text }) => [path, text]))('%s has what GitHub asks of a form', (_, text) => {
    const { name, description, body } = parse(text) as { name: string; description: string; body: readonly Field[] }
    for (const line of [name, description]) expect(line.length).toBeGreaterThan(3)
    const asked = body.filter(({ type }) => type !== 'markdown')
    expect(asked.every(({ type, attributes }) => ['input', 'textarea'].includes(type) && attributes.label)).toBe(true)
    expect(new Set(asked.map(({ id }) => id)).size).toBe(asked.length)
    expect(asked.length).toBeGreaterThan(0)
  })

  it('send a vulnerability to the private form', () => {
    const [config] = sources('.github/ISSUE_TEMPLATE', 'config.yml')
    expect(templates.length).toBe(2)
    const url = 'https://github.com/tunegate/tunegate/security/advisories/new'
    expect(parse(config?.text ?? '')).toMatchObject({ contact_links: [{ url }] })
  })
})
