/** The part of a split that a file or a folder is named after. */
export const partOf = (name: string): string | undefined =>
  /^(train|training|val|valid|validation|dev|test)(?=[^a-z]|$)/i.exec(name)?.[1]?.toLowerCase()
