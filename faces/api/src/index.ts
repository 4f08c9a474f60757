/** The submit API and the portal's JSON. */

export type * from './generated/lookup-types.ts'
