import { decode } from 'jpeg-js'
import { mostPixels, type Image } from './image.ts'

/** Scans of an image. A progressive image has about ten, and each takes as long to decode as a whole image. */
const mostScans = 64
const mostMebibytes = 1024

export const isJpeg = (bytes: Buffer): boolean => bytes[0] === 0xff && bytes[1] === 0xd8

/**
 * Decodes a JPEG, baseline or progressive, to color. Its orientation in EXIF is not applied, as in Pillow.
 *
 * @throws Error with the reason
 */
export function decodeJpeg(bytes: Buffer): Image {
  let scans = 0
  for (let at = bytes.indexOf('\xff\xda', 0, 'latin1'); at >= 0; at = bytes.indexOf('\xff\xda', at + 2, 'latin1')) {
    if (++scans > mostScans) throw new Error(`it has more than ${mostScans} scans`)
  }
  const { width, height, data } = decode(bytes, {
    useTArray: true,
    formatAsRGBA: false,
    tolerantDecoding: false,
    maxResolutionInMP: mostPixels / 1e6,
    maxMemoryUsageInMB: mostMebibytes,
  })
  if (!(width > 0 && height > 0)) throw new Error(`it states ${width} × ${height} pixels`)
  return { width, height, channels: 3, values: data }
}
