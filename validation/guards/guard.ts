/** A test that must fail once a guard is gone. */
export interface GuardTest {
  /** Path of the test file from the root of the repository. */
  readonly file: string
  /**
   * The full title of the test, or a part of it that no other test of the file has; describe titles come first, parted by a
   * space.
   */
  readonly name: string
}

/**
 * One line of defense, and how to take it away. The campaign removes each guard in a copy of the tree, builds the bundle
 * again, and runs its tests: each of them must fail.
 */
export interface Guard {
  /** Number of the attack in `SECURITY.md` that it stops. */
  readonly attack: number
  /** What it guarantees, in a short sentence. */
  readonly guard: string
  /** Source file that holds it, from the root of the repository. */
  readonly file: string
  /** Text of the guard; stands in the file exactly once, in whatever layout. */
  readonly find: string
  /** What takes its place: code that compiles and does not guard. */
  readonly replace: string
  /** At least one; every one of them fails without the guard. */
  readonly tests: readonly GuardTest[]
}
