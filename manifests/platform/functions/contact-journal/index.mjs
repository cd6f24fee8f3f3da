// Writes one line for each contact, for CloudWatch Logs Insights. Invoked asynchronously: nobody waits for an answer.
export const handler = async (event) => {
  const { ContactData: contact, Parameters: parameters } = event.Details;
  const line = {
    stage: process.env.STAGE,
    contact: contact.ContactId,
    first: contact.InitialContactId,
    channel: contact.Channel,
    method: contact.InitiationMethod,
    ...parameters,
  };
  console.log(JSON.stringify(line));
  return { Written: "yes" };
};
