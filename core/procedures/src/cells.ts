/** Putting registrations into cells and taking them out, so that order and caps are kept in one place. */

import { type Cell, isChild, MAX_REGISTRATIONS, type Registration } from '@cadastre/records'

/**
 * The cell with a registration added where it belongs: outermost first, so a pool before a holding before children.
 * Null where the cap is reached.
 */
export function withRegistration(cell: Cell, registration: Registration): Cell | null {
  if (cell.registrations.length >= MAX_REGISTRATIONS) return null
  const registrations = [...cell.registrations]
  const child = isChild(registration.kind)
  const before = child ? -1 : registrations.findIndex((other) => isChild(other.kind))
  registrations.splice(before < 0 ? registrations.length : before, 0, registration)
  return { ...cell, registrations }
}

/** The cell without the registration of this id. */
export function withoutRegistration(cell: Cell, id: string): Cell {
  return { ...cell, registrations: cell.registrations.filter((registration) => registration.id !== id) }
}

/** The cell without the services that this registration authorised. */
export function withoutServicesOf(cell: Cell, id: string): Cell {
  return {
    ...cell,
    rdns: cell.rdns?.under === id ? null : cell.rdns,
    routes: cell.routes.filter((route) => route.under !== id),
    roas: cell.roas.filter((roa) => roa.under !== id),
  }
}
