/** What a snapshot has learned of its items, as files that other programs read. */
@NullMarked
package io.freshet.export;

import org.jspecify.annotations.NullMarked;
