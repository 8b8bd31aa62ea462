/** The page to watch: a small HTTP server, and what it shows of a watch. Knows no console. */
package dev.craftstream.client.ui;
