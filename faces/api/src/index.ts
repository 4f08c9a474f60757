/**
 * The submit API and the portal's JSON. Submissions go to the registrar's desk, which alone decides; everything read
 * comes from one published checkpoint and says which. Whoever owns this room can refuse service and misreport
 * states; it cannot forge a receipt, a signature or a proof.
 */

export type { Archive, ArchiveReply } from './archive.ts'
export type { ApiOptions } from './context.ts'
export type { Extract } from './extract.ts'
export type * from './generated/lookup-types.ts'
export { DEFAULT_LIMITS, type Limit, type Limits, RateLimiter, sourcePrefix } from './limits.ts'
export { createPortal, type Portal, type PortalFault } from './portal.ts'
export { API_ROUTES, createApi } from './server.ts'
