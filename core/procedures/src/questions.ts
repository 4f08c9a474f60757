/**
 * The closed questions that attestors answer, with yes or no, about facts alone. Every one must be answered with yes
 * for the application to go on. They stand on the page of the procedure too.
 */
export const QUESTIONS = {
  'instrument-authentic':
    'Is the instrument with this hash an authentic document of the office that it names, not older than 90 days?',
  'instrument-in-force': 'Had it not been stayed, lifted or superseded when its office was asked?',
  'names-parties':
    'Does it name predecessor and successor exactly as their identities or imported records do?',
  'passes-numbers':
    'Does it pass to the successor the whole undertaking or estate, or the numbers that the application lists?',
  'says-ended': 'Does it say that the holder has died, or has been dissolved and struck off?',
  'cites-instrument':
    'Is this the instrument on which the entry rests, or which the imported source itself corrects?',
  'instrument-says': 'Does it say what the correction says, and not what the entry says?',
  'names-claimant': 'Does it name the claimant exactly as its identity does?',
  'same-party': 'Is the party that it names the one for whom the imported source registered the numbers?',
  'checklist-valid':
    'Does the RPKI signed checklist (RFC 9323) with this hash validate, and list the SHA-256 of the claim’s token?',
  'checklist-covers': 'Do the resources of its certificate cover all numbers that are claimed?',
  'zone-token':
    'Did the TXT record _cadastre-claim in the reverse zones of all numbers claimed hold the claim’s token when their authoritative servers were asked, from two networks, on two days?',
  'openpgp-signature':
    'Does the OpenPGP signature with this hash verify over the claim’s token, by a key whose fingerprint is listed for the holder?',
  'names-holder': 'Does it name the holder exactly as its identity does?',
  'represents-holder':
    'Does it show that the person who asks, identified by a notary or an electronic identification, represents the holder?',
} as const

export type QuestionId = keyof typeof QUESTIONS

export const SUCCESSION_QUESTIONS: readonly QuestionId[] = [
  'instrument-authentic',
  'instrument-in-force',
  'names-parties',
  'passes-numbers',
]

export const RECOVERY_QUESTIONS: readonly QuestionId[] = [
  'instrument-authentic',
  'names-holder',
  'represents-holder',
]

/** What is asked about a claim, by the means of proof that the claimant chose. */
export const CLAIM_QUESTIONS = {
  instrument: ['instrument-authentic', 'names-claimant', 'same-party'],
  checklist: ['checklist-valid', 'checklist-covers'],
  'reverse-zone': ['zone-token'],
  openpgp: ['openpgp-signature'],
} as const

export const DISSOLUTION_QUESTIONS: readonly QuestionId[] = [
  'instrument-authentic',
  'names-holder',
  'says-ended',
]

export const CORRECTION_QUESTIONS: readonly QuestionId[] = [
  'instrument-authentic',
  'cites-instrument',
  'instrument-says',
]
