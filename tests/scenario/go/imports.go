// SPDX-License-Identifier: Apache-2.0

// Package suite names the Go client, whose own tests tools/setup.sh compiles.
package suite

import _ "github.com/openai/openai-go"
