/** An image with 8 bits per value, row-major, channels last: 1 for gray, 3 for color. Transparency is dropped. */
export interface Image {
  readonly width: number
  readonly height: number
  readonly channels: 1 | 3
  readonly values: Uint8Array
}

/** Larger images are refused. */
export const mostPixels = 50_000_000
