/**
 * What only travels between the job's stages: directives to the trackers, surveys and their
 * reports, candidates, and answers that could not be used.
 */
package dev.craftstream.model.message;
