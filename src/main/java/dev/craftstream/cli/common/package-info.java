/** What commands share: options, exit codes, JSON, and the sentence that a failure is told in. */
package dev.craftstream.cli.common;
