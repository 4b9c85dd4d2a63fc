/**
 * Reads click files, which users have before they have a stream. Finds out the layout of the files, reports it, and counts
 * every row that gives no click.
 */
@org.jspecify.annotations.NullMarked
package io.freshet.app.clickfile;
