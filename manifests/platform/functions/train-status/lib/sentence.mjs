export const sentence = (destination, minutesLate = 0) => {
  if (!destination) return "We do not know this train.";
  if (minutesLate <= 0) return `The train to ${destination} is on time.`;
  const minutes = minutesLate === 1 ? "one minute" : `${minutesLate} minutes`;
  return `The train to ${destination} is ${minutes} late.`;
};
