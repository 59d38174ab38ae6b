import { describe } from 'vitest'
import { nativeEngine, nativeFolder } from '../support/tf-native.ts'
import { engineConformance } from './conformance.ts'

describe.skipIf(nativeFolder === null)('native', () => {
  engineConformance('tensorflow', () => nativeEngine(false))
})
