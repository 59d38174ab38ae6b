/** What pictures need; the build puts these files beside the program. */
export interface PictureFiles {
  /** resvg as WebAssembly. */
  readonly wasm: Uint8Array
  /** Faces of `fontFamily`, as WOFF2. */
  readonly fonts: readonly Uint8Array[]
}

/** Converts a drawing's text to a PNG file: white paper, twice as many pixels as the drawing has units. */
export type Rasterize = (svg: string) => Uint8Array

/** The font family of drawings where no browser chooses one. */
const fontFamily = 'Inter'

let started: Promise<unknown> | undefined

/**
 * Makes PNG files of drawings without a browser. It uses the given fonts and never those of this machine, so that the same
 * drawing gives the same picture everywhere. The library is loaded on the first call.
 */
export async function rasterizer({ wasm, fonts }: PictureFiles): Promise<Rasterize> {
  const { initWasm, Resvg } = await import('@resvg/resvg-wasm')
  // The module can only be started once per process.
  await (started ??= initWasm(wasm))
  return (svg) => {
    const drawing = new Resvg(svg, {
      background: '#ffffff',
      fitTo: { mode: 'zoom', value: 2 },
      font: { fontBuffers: [...fonts], defaultFontFamily: fontFamily, sansSerifFamily: fontFamily },
    })
    try {
      const image = drawing.render()
      try {
        return image.asPng()
      } finally {
        image.free()
      }
    } finally {
      drawing.free()
    }
  }
}
