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
  gazetted:
    'Does the official gazette with this hash name the authority, its power, channels and seals as the application does?',
  'authority-registered': 'Is the authority that gave the order the one that the register names?',
  'effect-allowed': 'Is the effect among those that the register allows this authority?',
  'in-force-at-seat': 'Is the order in force, and binding at the registry’s seat?',
  'served-authentic':
    'Was it served as an authentic document: its seal verifies, leads to the root named and belongs to the authority, or the bailiff or the certified copy was confirmed by a call to the gazetted number?',
  'binds-registry': 'Does it bind this registry?',
  'lists-numbers':
    'Does it list exactly the prefixes and AS numbers of the scope, or the holder, and no others?',
  'effect-in-vocabulary': 'Does it order exactly this effect of the vocabulary?',
  'duration-stated':
    'Does it bear this date, and state this duration, or that it is open-ended or done once?',
  'notice-stated': 'Does it state notice, or this seal, and the time of its execution if it fixes one?',
  'not-superseded': 'Had it not been stayed, lifted or superseded when its authority was asked?',
  'not-for-operator': 'Is nobody in whose favour it is the operator, its owner or its funder?',
} as const

export type QuestionId = keyof typeof QUESTIONS

/** What is asked about an entry of the register of authorities. */
export const AUTHORITY_QUESTIONS: readonly QuestionId[] = ['instrument-authentic', 'gazetted']

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
