/**
 * A secret as Standard Webhooks 1.0.0 writes it ("Signature scheme"): `whsec_` and 24 to 64 bytes in base64. As the text
 * of a regular expression, for schemas.
 */
export const SECRET_PATTERN = '^whsec_(?:[A-Za-z0-9+/]{4}){8,21}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$';
