/** What an earlier version has left on topics and in the model store, and this version's programs on it. */
@NullMarked
package io.freshet.upgrade;

import org.jspecify.annotations.NullMarked;
