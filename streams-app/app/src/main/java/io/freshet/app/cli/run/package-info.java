/** Commands that run Freshet: the roles, a feed of clicks, and topics. */
@NullMarked
package io.freshet.app.cli.run;

import org.jspecify.annotations.NullMarked;
