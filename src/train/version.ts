/**
 * Part of every run's id. Raise it with any change that alters a run's result, even by one bit. A study that continues after
 * an upgrade then retrains what the new version would train differently.
 */
export const trainingVersion = 3
