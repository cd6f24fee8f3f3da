// Works out the compensation for a delay. The answer is nested: the flow reads $.External.compensation.amount.
const STEPS = [
  { from: 120, percent: 100 },
  { from: 60, percent: 50 },
  { from: 15, percent: 25 },
];

export const handler = async (event) => {
  const minutes = Number.parseInt(event.Details.Parameters.Minutes, 10);
  if (!Number.isInteger(minutes) || minutes < 0) throw new Error("Minutes is not a number");
  const fare = Number(process.env.STANDARD_FARE);
  const percent = STEPS.find((step) => minutes >= step.from)?.percent ?? 0;
  return { compensation: { percent: String(percent), amount: ((fare * percent) / 100).toFixed(2) } };
};
