/**
 * What a record is: cells, objects, requests, entries, their canonical JSON, and what holds at a number. Pure data
 * and total functions; what may change a record is in `evidence` and `procedures`.
 */

export * from './calendar.ts'
export * from './cell.ts'
export * from './commitments.ts'
export * from './delegated.ts'
export * from './delegated-row.ts'
export * from './due.ts'
export * from './fee-note.ts'
export * from './fields.ts'
export * from './import-plan.ts'
export * from './import-rows.ts'
export * from './json.ts'
export * from './keys.ts'
export * from './objects.ts'
export * from './order-document.ts'
export * from './orders.ts'
export * from './request.ts'
export * from './resolve.ts'
export * from './schema.ts'
export * from './signing.ts'
export * from './time.ts'
export * from './transit.ts'
export * from './utf8.ts'
