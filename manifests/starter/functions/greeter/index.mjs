// Amazon Connect sends the block's parameters in Details.Parameters. The answer is a flat map of
// strings; the flow reads this one as $.External.DayPart.
export const handler = async (event) => {
  const timeZone = event.Details?.Parameters?.TimeZone ?? "UTC";
  const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", hourCycle: "h23", timeZone });
  const hour = Number(clock.format(new Date()));
  return { DayPart: hour < 12 ? "morning" : hour < 18 ? "afternoon" : "evening" };
};
