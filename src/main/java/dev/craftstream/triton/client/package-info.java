/** The gRPC client: connections, retries, deadlines, streams, secrets, and what failures mean. */
package dev.craftstream.triton.client;
