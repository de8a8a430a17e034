// Tells the server the browser's time zone (cookie `timezone`), which it uses unless the profile names one.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone) document.cookie = `timezone=${zone};path=/;max-age=31536000;samesite=lax`;
