type Schema = { readonly [key: string]: unknown }

export function replaceTables(readme: string, _schema: Schema, _action: string | null): string {
  return readme
}
