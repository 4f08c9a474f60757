/** The calendar of a registry that was given none: Saturday and Sunday are closed, and no holiday is known. */

import type { Calendar } from '@cadastre/records'

/** `XX`, by ISO 3166-1 nobody's code: it is the calendar of no seat. */
export const WEEKDAYS: Calendar = { seat: 'XX', first: 2025, last: 2064, weekend: [6, 7], holidays: [] }
/** Its hash, as of a member of a record. */
export const WEEKDAYS_HASH = 'wdbYHNuHn/TTNe7peIAP0NYhdTYv1pHkJ94LyviQ9a8='
