// Compares a PIN with its digest, in constant time. Neither the PIN nor the digest is written anywhere.
import { createHmac, timingSafeEqual } from "node:crypto";
import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";

const table = new DynamoDBClient({ maxAttempts: 2, requestHandler: { requestTimeout: 1200 } });

const digest = (customer, pin) => createHmac("sha256", process.env.PEPPER).update(`${customer}:${pin}`).digest();

export const handler = async (event) => {
  const { CustomerId: customer, Pin: pin } = event.Details.Parameters;
  if (!customer || !/^\d{4}$/.test(pin ?? "")) return { Verified: "no" };
  const answer = await table.send(
    new GetItemCommand({ TableName: process.env.TABLE, Key: { customerId: { S: customer } } }),
  );
  const kept = Buffer.from(answer.Item?.pin?.S ?? "", "hex");
  const given = digest(customer, pin);
  return { Verified: kept.length === given.length && timingSafeEqual(kept, given) ? "yes" : "no" };
};
