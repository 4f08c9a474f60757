/**
 * Watch: the public memory of what registries publish. Takes in the statistics files that registries overwrite every
 * day, keeps each day's difference in a log of its own (same formats as the registry's), and tells what changed, when,
 * and what the publication does not say. It states facts: the files never give a reason, and Watch invents none.
 */

export * from './model.ts'
