/** Commands that run Freshet: the roles, the demo, a feed of clicks, topics, and the start cache. */
@NullMarked
package io.freshet.app.cli.run;

import org.jspecify.annotations.NullMarked;
