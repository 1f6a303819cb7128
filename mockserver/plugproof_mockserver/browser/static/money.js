// Amounts in minor units as people read them; a currency that nobody knows keeps its number.
export function money(minor, { currency } = {}) {
  if (minor === null || minor === undefined) return "–";
  try {
    const format = new Intl.NumberFormat(undefined, { style: "currency", currency });
    return format.format(minor / 10 ** format.resolvedOptions().maximumFractionDigits);
  } catch {
    return `${minor} (minor units of ${currency})`;
  }
}
