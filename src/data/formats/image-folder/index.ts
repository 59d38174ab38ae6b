import { fail } from '../../problems.ts'
import type { FormatDefinition } from '../definition.ts'

/**
 * A folder with one folder of PNG or JPEG images for each class, as Keras and torchvision lay it out. Each image is decoded,
 * resized to the model's input, and kept with one byte per value, so that memory does not grow with the size of the images.
 */
export const imageFolder: FormatDefinition = {
  name: 'image-folder',
  endings: ['png', 'jpg', 'jpeg'],
  summary:
    'A folder with one folder of PNG or JPEG images for each class. The columns are the pixels, resized to ' +
    '`inputs.shape`, and `label`. Without a shape, images have the size of the first one, up to 64 pixels, and are gray if ' +
    'all are.',
  isText: false,
  open: ({ file }) =>
    fail({
      code: 'data/images',
      message: `${file} is an image, not a table`,
      hint: 'name the folder that has one folder of images for each class',
    }),
  // Its libraries take time to load, and few data are of this format.
  openFolder: async (...given) => (await import('./open.ts')).openFolder(...given),
}
