import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { inflateSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { fontNames } from '../../src/cli/bundled-files.ts'
import { buildReport } from '../../src/report/build.ts'
import { reportFiles } from '../../src/report/files.ts'
import { onPaper } from '../../src/report/paper.ts'
import { rasterizer, type Rasterize } from '../../src/report/png.ts'
import { hostile } from '../support/hostile.ts'
import { fakeStudy } from '../support/study.ts'

const { resolve } = createRequire(import.meta.url)
const file = (path: string): Uint8Array => readFileSync(resolve(path))

let rasterize: Rasterize
beforeAll(async () => {
  rasterize = await rasterizer({
    wasm: file('@resvg/resvg-wasm/index_bg.wasm'),
    fonts: fontNames.map((name) => file(`@fontsource/inter/files/${name.replace('.woff2', '-normal.woff2')}`)),
  })
})

/** What the fonts hold, as far as charts go: Latin, Greek and the usual signs. Others would be drawn as boxes. */
const drawable = /[\x20-\x7e\u00a0-\u00ff\u0391-\u03c9–—…‘’“”−]/
const lettersOf = (svg: string): string[] => [
  ...new Set(
    [...svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].flatMap((m) => [
      ...(m[1] ?? '').replace(/&#(\d+);/g, (_, n: string) => String.fromCharCode(Number(n))),
    ]),
  ),
]

interface Picture {
  readonly width: number
  readonly height: number
  pixel(x: number, y: number): readonly number[]
}

/** A PNG of eight bits a channel with alpha, as far as it takes to read a pixel. */
function decoded(png: Uint8Array): Picture {
  const view = Buffer.from(png)
  expect(view.subarray(1, 4).toString()).toBe('PNG')
  const [width, height] = [view.readUInt32BE(16), view.readUInt32BE(20)]
  expect([view[24], view[25]]).toEqual([8, 6])
  const parts: Buffer[] = []
  for (let at = 8; at < view.length; at += 12 + view.readUInt32BE(at)) {
    if (view.subarray(at + 4, at + 8).toString() === 'IDAT')
      parts.push(view.subarray(at + 8, at + 8 + view.readUInt32BE(at)))
  }
  const pixels = unfiltered(inflateSync(Buffer.concat(parts)), width * 4, height)
  return { width, height, pixel: (x, y) => [...pixels.subarray((y * width + x) * 4, (y * width + x) * 4 + 4)] }
}

/** Undoes the five filters of the PNG specification (section 9). */
function unfiltered(raw: Buffer, stride: number, height: number): Uint8Array {
  const out = new Uint8Array(stride * height)
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)] ?? 0
    for (let x = 0; x < stride; x++) {
      const [left, up, corner] = [
        x < 4 ? 0 : (out[y * stride + x - 4] ?? 0),
        y === 0 ? 0 : (out[(y - 1) * stride + x] ?? 0),
        x < 4 || y === 0 ? 0 : (out[(y - 1) * stride + x - 4] ?? 0),
      ]
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter] ?? 0
      out[y * stride + x] = (raw[y * (stride + 1) + 1 + x] ?? 0) + guess
    }
  }
  return out
}

function paeth(a: number, b: number, c: number): number {
  const [pa, pb, pc] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)]
  return pa <= pb && pa <= pc ? a : pb <= pc ? b : c
}

const drawing = (inner: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="60" height="40" viewBox="0 0 60 40">${inner}</svg>`
const inked = ({ width, height, pixel }: Picture): number => {
  let count = 0
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) if ((pixel(x, y)[0] ?? 0) < 128) count += 1
  return count
}

describe('charts as PNG', () => {
  it('have the colours of the drawing on white, twice its size', () => {
    const picture = decoded(rasterize(drawing('<rect x="10" y="10" width="20" height="10" fill="#0072B2"/>')))
    expect([picture.width, picture.height]).toEqual([120, 80])
    expect(picture.pixel(40, 30)).toEqual([0, 0x72, 0xb2, 255])
    expect(picture.pixel(5, 5)).toEqual([255, 255, 255, 255])
  })

  it('are lettered without a font of this machine, with each sign that charts use', () => {
    const text = (letters: string, bold = ''): string =>
      drawing(`<text x="2" y="25" font-family="system-ui, sans-serif" font-size="18"${bold}>${letters}</text>`)
    const none = inked(decoded(rasterize(text(' '))))
    // One after the other: a font that lacks a sign would draw the same box for each, or nothing.
    const seen = [...'aZ0%−±×²ω…–σ'].map(
      (sign) =>
        [
          sign,
          createHash('sha256')
            .update(rasterize(text(sign)))
            .digest('hex'),
        ] as const,
    )
    expect(new Set(seen.map(([, hash]) => hash)).size).toBe(seen.length)
    expect(seen.filter(([sign]) => inked(decoded(rasterize(text(sign)))) <= none)).toEqual([])
    expect(inked(decoded(rasterize(text('mm', ' font-weight="bold"'))))).toBeGreaterThan(
      inked(decoded(rasterize(text('mm')))),
    )
  })

  it('are made of every chart of a study with hostile names, and are the same twice', async () => {
    const study = fakeStudy({ hostile })
    for await (const { path, text } of reportFiles(buildReport(study.input), study.runs())) {
      if (path.endsWith('.svg'))
        expect(
          lettersOf(text).filter((letter) => !drawable.test(letter)),
          path,
        ).toEqual([])
      if (!/^curves\/(gate-2|grid|sensitivity)[^/]*\.svg$/.test(path)) continue
      const png = rasterize(text)
      const picture = decoded(png)
      expect(picture.width, path).toBe(2 * Number(/ width="(\d+)"/.exec(text)?.[1]))
      expect(inked(picture), path).toBeGreaterThan(500)
      expect(Buffer.compare(Buffer.from(png), Buffer.from(rasterize(text))), path).toBe(0)
    }
  })
})

describe('a drawing on paper', () => {
  it('carries its title and its sentence in lines that fit, escaped', () => {
    const bare = '<svg role="img" width="400" height="100" viewBox="0 0 400 100"><title>t</title><desc>d</desc><g/></svg>'
    const text = onPaper(bare, { title: 'A <b> & c', sentence: `${'word '.repeat(40)}end` })
    const lines = [...text.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map((m) => m[1] ?? '')
    expect(lines[0]).toBe('A &#60;b&#62; &#38; c')
    expect(lines.length).toBeGreaterThan(3)
    expect(Math.max(...lines.slice(1).map((l) => l.length))).toBeLessThan(62)
    expect(lines.slice(1).join(' ')).toBe(`${'word '.repeat(40)}end`)
    const height = Number(/ height="(\d+)"/.exec(text)?.[1])
    const last = Math.max(...[...text.matchAll(/<text x="8" y="([\d.]+)"/g)].map((m) => Number(m[1])))
    expect(height - 100).toBeGreaterThan(last)
  })
})
