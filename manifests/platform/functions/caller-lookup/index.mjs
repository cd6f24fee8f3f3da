// Finds a traveller by the number that calls. Amazon Connect sends the block's parameters in Details.Parameters;
// the answer is a flat map of strings, which the flow reads as $.External.Name and so on.
import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";

// Made once for each execution environment, and asked to give up before the block does.
const table = new DynamoDBClient({ maxAttempts: 2, requestHandler: { requestTimeout: 1500 } });

export const handler = async (event) => {
  const { Number: number, Market: market } = event.Details.Parameters;
  const answer = await table.send(
    new GetItemCommand({ TableName: process.env.TABLE, Key: { number: { S: number }, market: { S: market } } }),
  );
  const found = answer.Item ?? {};
  return {
    Name: found.name?.S ?? "traveller",
    CustomerId: found.customerId?.S ?? "",
    Tier: found.tier?.S ?? "none",
  };
};
