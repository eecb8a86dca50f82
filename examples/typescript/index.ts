import { readFileSync } from "fs";
import * as mfa from "@pulumi/mfa";

// One association for each device of the roster.
export = async () => {
  const devices = await mfa.roster(readFileSync("roster.yaml", "utf8"));
  for (const [name, device] of Object.entries(devices)) {
    new mfa.DeviceAssociation(name, device);
  }
};
