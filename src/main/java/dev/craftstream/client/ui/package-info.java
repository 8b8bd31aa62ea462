/**
 * The page to watch: a small HTTP server, and what it shows of a watch. Knows neither Kafka's
 * records nor the console.
 */
package dev.craftstream.client.ui;
