// Puts the length of a queue into words. `Oldest` is the age of the oldest contact in milliseconds.
const MINUTE = 60_000;

export const handler = async (event) => {
  const { Oldest: oldest = "0", Waiting: waiting = "0" } = event.Details.Parameters;
  const minutes = Math.max(1, Math.round(Number(oldest) / MINUTE) || 1);
  const ahead = Number(waiting) || 0;
  if (ahead <= 1) return { Sentence: "You are next." };
  const about = minutes === 1 ? "about a minute" : `about ${minutes} minutes`;
  return { Sentence: `${ahead - 1} callers are before you. It will take ${about}.` };
};
