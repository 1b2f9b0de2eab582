namespace Tonne.Server.Security;

/// <summary>Headers of every answer; docs/server.md says what each is for.</summary>
static class SecurityHeaders
{
    const string ContentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Sets the headers.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="isEncrypted">Whether users reach the server by TLS.</param>
    public static void Set(HttpResponse response, bool isEncrypted)
    {
        var headers = response.Headers;
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";
        headers.CacheControl = "no-store";
        if (isEncrypted)
            headers.StrictTransportSecurity = "max-age=31536000";
    }
}
