/** The closed lists of a report: what is checked, and what each check may say. */

/** Every check of a signature, in the order in which they are made; the first that fails gives the answer its code. */
export const CHECKS = [
  'byte-range',
  'later-changes',
  'signature-format',
  'algorithms',
  'signed-attributes',
  'document-digest',
  'signature',
  'signing-certificate',
  'time-stamp',
  'signing-time',
  'certificate-path',
  'certificate-use',
  'certificate-status',
] as const
export type CheckName = (typeof CHECKS)[number]

/**
 * Checks of the bytes themselves: one that fails spoils the document, whoever else has signed it. A signer whose
 * algorithm or certificate is not accepted proves nothing, and takes nothing from the others.
 */
export const INTEGRITY_CHECKS: readonly CheckName[] = [
  'byte-range',
  'later-changes',
  'signature-format',
  'signed-attributes',
  'document-digest',
  'signature',
  'signing-certificate',
]

/** Every code, in plain words. */
export const CODES = {
  'too-large': 'the document or the signature is larger than the limit',
  'unknown-format': 'the file is neither a PDF nor a CMS message, and no signature came with it',
  'no-signature': 'the document carries no signature',
  'too-many-signatures': 'the document carries more signatures than the limit',
  'pdf-structure': 'the PDF cannot be read without guessing',
  'pdf-encrypted': 'the PDF is encrypted',
  'signature-unlisted': 'the PDF contains a signature that its form does not list',
  'byte-range': 'the signature does not cover exactly the whole file around itself',
  'changed-after-signing': 'the file was changed after it was signed',
  'subfilter-not-accepted': 'the kind of PDF signature is not accepted',
  'cms-malformed': 'the signature is not a CMS SignedData message',
  'cms-content': 'the signature carries content where it must not, or none where it must',
  'several-signers': 'a signature of a PDF names more than one signer',
  'signer-certificate-absent': 'the certificate of the signer is not in the signature',
  'certificate-malformed': 'a certificate cannot be read',
  'digest-md5': 'MD5 is used, which proves nothing',
  'digest-sha1': 'SHA-1 is used, which proves nothing',
  'algorithm-not-accepted': 'an algorithm is used that is not accepted',
  'key-not-accepted': 'a key is used that is too short or of a kind that is not accepted',
  'signed-attributes-absent': 'the signature has no signed attributes',
  'signed-attributes': 'a signed attribute is missing, repeated or malformed',
  'content-type': 'the signed content type is another than that of the content',
  'document-digest': 'the document is not the one that was signed',
  'signature-invalid': 'the signature was not made by the key of the certificate over these bytes',
  'signing-certificate-absent': 'the signature does not say which certificate it was made with',
  'signing-certificate-sha1': 'the signature names its certificate by SHA-1 alone',
  'signing-certificate-mismatch': 'the signature names another certificate than the one it came with',
  'no-time-stamp': 'there is no time stamp',
  'time-stamp-malformed': 'the time stamp cannot be read',
  'time-stamp-imprint': 'the time stamp is of something else',
  'time-stamp-signature': 'the signature of the time stamp is not valid',
  'time-stamp-untrusted': 'the time stamp does not lead to a configured root of time stamps',
  'time-stamp-later': 'the time stamp is of a time that has not come yet',
  'no-signing-time': 'the signer states no time',
  'signing-time-later': 'the stated signing time is later than the proved time',
  'path-not-trusted': 'no path leads from the certificate to a configured root',
  'certificate-expired': 'a certificate of the path had expired at the proved time',
  'certificate-not-yet-valid': 'a certificate of the path was not yet valid at the proved time',
  'certificate-signature': 'a certificate of the path was not signed by the one above it',
  'not-a-ca': 'a certificate of the path may not issue certificates',
  'path-too-long': 'the path is longer than a certificate of it allows',
  'unknown-critical-extension':
    'a certificate of the path has an extension that is not understood here and may not be passed over',
  'key-usage': 'the certificate is not for signing documents',
  'certificate-revoked': 'a certificate of the path was withdrawn by its issuer before the proved time',
  'status-unknown': 'no current CRL or OCSP response for every certificate of the path is at hand',
} as const
export type Code = keyof typeof CODES
