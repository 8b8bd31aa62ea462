/** What a finished run amounts to: figures, a summary for the terminal and an HTML page. */
package dev.craftstream.client.report;
