/** What pictures are made with; the build puts these files beside the program. */
export interface PictureFiles {
  /** resvg as WebAssembly. */
  readonly wasm: Uint8Array
  /** Faces of `fontFamily`, as WOFF2. */
  readonly fonts: readonly Uint8Array[]
}

/** A drawing's text in, a PNG file out: white paper, twice as many pixels as the drawing has units. */
export type Rasterize = (svg: string) => Uint8Array

/** The family that drawings are lettered in where no browser chooses one. */
const fontFamily = 'Inter'

let started: Promise<unknown> | undefined

/**
 * Makes PNG files of drawings without a browser. The letters are those of the fonts given and never of this machine, so that
 * the same drawing gives the same picture everywhere. The library is loaded on the first call.
 */
export async function rasterizer({ wasm, fonts }: PictureFiles): Promise<Rasterize> {
  const { initWasm, Resvg } = await import('@resvg/resvg-wasm')
  // The module can be started once in a process.
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
