/**
 * Part of every run's id. Raise it with any change that alters what a run gives, by so much as a bit: a study that continues after
 * an upgrade then trains anew what the new version would train otherwise.
 */
export const trainingVersion = 3
