// Keeps a score from 1 to 5. Asynchronous: the caller has gone when it runs, so it may be retried.
import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";

const table = new DynamoDBClient({});

export const handler = async (event) => {
  const { Score: score, Topic: topic = "unknown" } = event.Details.Parameters;
  if (!/^[1-5]$/.test(score ?? "")) throw new Error("Score is not a digit from 1 to 5");
  // The contact's id is the key: a second delivery of the same event changes nothing.
  await table.send(
    new PutItemCommand({
      TableName: process.env.TABLE,
      Item: { contact: { S: event.Details.ContactData.ContactId }, score: { N: score }, topic: { S: topic } },
    }),
  );
  return { Stored: "yes" };
};
