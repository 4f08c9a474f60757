/**
 * Statistics of the public log: volumes, pass rates, refusal codes and times by procedure, country, size and path, and
 * the disparities that must be explained (procedures.md, section E). Countries and sizes join only here, after the
 * decisions. Anybody computes the same from the same log.
 */

export type { AccuracyReport } from './accuracy.ts'
export type { OpenReport } from './applications.ts'
export { type Flag, flagsOf, type Groups } from './flags.ts'
export { GROUPINGS } from './groups.ts'
export { Histogram } from './histogram.ts'
export { SIZE_CLASSES, type SizeClass } from './holdings.ts'
export {
  type ActiveHold,
  type NoticeShare,
  OrderCounts,
  type OrderGroup,
  type OrdersReport,
} from './orders.ts'
export { ordersLines } from './orders-text.ts'
export { type RankTest, rankTest } from './rank-test.ts'
export type { SanctionsQuarter } from './sanctions.ts'
export {
  type MonthStatistics,
  NOT_COMPUTED,
  type Places,
  type ProcedureStatistics,
  Statistics,
  type StatisticsReport,
} from './statistics.ts'
export { type End, Tally, type TallyReport } from './tally.ts'
export { statisticsText } from './text.ts'
