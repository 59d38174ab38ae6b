import { test } from 'vitest'
import { missingNative, nativeEngine, nativeFolder } from '../support/tf-native.ts'
import { engineConformance } from './conformance.ts'

if (nativeFolder === null) test('engine tensorflow', ({ skip }) => skip(missingNative))
else engineConformance('tensorflow', () => nativeEngine(false))
