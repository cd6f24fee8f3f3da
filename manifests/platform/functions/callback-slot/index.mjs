// Proposes when to call back: the next full half hour within working hours.
const OPENS = 8;
const CLOSES = 20;
const HALF_HOUR = 30 * 60 * 1000;

const clock = new Intl.DateTimeFormat("en-GB", {
  weekday: "long",
  hour: "numeric",
  minute: "2-digit",
  hourCycle: "h23",
  timeZone: process.env.TIME_ZONE ?? "Europe/London",
});

export const next = (now) => {
  for (let at = Math.ceil(now / HALF_HOUR) * HALF_HOUR; ; at += HALF_HOUR) {
    const parts = Object.fromEntries(clock.formatToParts(at).map(({ type, value }) => [type, value]));
    const hour = Number(parts.hour);
    if (hour >= OPENS && hour < CLOSES) return { at, spoken: `on ${parts.weekday} at ${hour}:${parts.minute}` };
  }
};

export const handler = async () => {
  const { at, spoken } = next(Date.now() + HALF_HOUR);
  return { Slot: new Date(at).toISOString(), SpokenTime: spoken };
};
