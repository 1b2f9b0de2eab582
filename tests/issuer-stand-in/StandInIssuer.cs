using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Tonne.Tests.Issuers;

/// <summary>
/// An issuer of OpenID Connect on the loopback, made from its standards alone: discovery document, keys (JWKS), authorisation and token
/// endpoints with PKCE, end of session. It signs RS256 (RFC 7518, 3.3) by the platform's own RSA.
/// </summary>
sealed class StandInIssuer : IDisposable
{
    public const string ClientId = "tonne", ClientSecret = "a-secret-of-the-trial";

    readonly HttpListener _listener = new();
    readonly ConcurrentDictionary<string, Authorization> _codes = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<string, int> _requests = new(StringComparer.Ordinal);
    readonly Task _serving;
    volatile Key _key = Key.Create();
    volatile bool _isDown;

    public StandInIssuer()
    {
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Address = new Uri($"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}");
        }

        _listener.Prefixes.Add(Address.AbsoluteUri);
        _listener.Start();
        _serving = Task.Run(ServeAsync);
    }

    /// <summary>Its address, which is its name in tokens, without a slash at the end.</summary>
    public Uri Address { get; }

    public string Name => Address.AbsoluteUri.TrimEnd('/');

    /// <summary>Who is signed in at the issuer; null for nobody, whom it refuses.</summary>
    public string? Person { get; set; } = "ada";

    /// <summary>Audience of the tokens that end a sign-in.</summary>
    public string IdTokenAudience { get; set; } = ClientId;

    /// <summary>Whether it answers with 500.</summary>
    public bool IsDown
    {
        get => _isDown;
        set => _isDown = value;
    }

    /// <summary>Codes that were given for tokens.</summary>
    public int Redeemed { get; private set; }

    /// <summary>How often an address was asked for.</summary>
    public int CountRequests(string path) => _requests.GetValueOrDefault(path);

    /// <summary>The public key as a text, with which a token must not be signed.</summary>
    public byte[] PublicKeyPem => Encoding.ASCII.GetBytes(_key.Rsa.ExportSubjectPublicKeyInfoPem());

    /// <summary>Id of the key.</summary>
    public string KeyId => _key.Id;

    /// <summary>Takes another key; the old one is in its list no more.</summary>
    /// <returns>Signs with the old one.</returns>
    public Func<JsonObject, string> RotateKey()
    {
        var old = _key;
        _key = Key.Create();
        return claims => Sign(old, CreateHeader("RS256", old.Id), claims);
    }

    /// <summary>The claims of a token for a person.</summary>
    public JsonObject CreateClaims(string person, string audience = ClientId) => new()
    {
        ["iss"] = Name,
        ["aud"] = audience,
        ["sub"] = "subject-of-" + person,
        ["preferred_username"] = person,
        ["iat"] = DateTimeOffset.UtcNow.ToUnixTimeSeconds(),
        ["exp"] = DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeSeconds(),
    };

    /// <summary>A token for a person.</summary>
    public string CreateToken(string person, Action<JsonObject>? change = null)
    {
        var claims = CreateClaims(person);
        change?.Invoke(claims);
        return Sign(_key, CreateHeader("RS256", _key.Id), claims);
    }

    /// <summary>A token with another header, signed RS256.</summary>
    public string CreateToken(string person, JsonObject header) => Sign(_key, header, CreateClaims(person));

    /// <summary>A token without a signature (RFC 7519, 6).</summary>
    public string CreateUnsigned(string person, string signature = "") =>
        $"{Encode(CreateHeader("none", _key.Id))}.{Encode(CreateClaims(person))}.{signature}";

    /// <summary>A token that is signed with a secret: that the public key is taken for one is the attack.</summary>
    public string CreateWithSecret(string person, byte[] secret)
    {
        var text = $"{Encode(CreateHeader("HS256", _key.Id))}.{Encode(CreateClaims(person))}";
        return $"{text}.{Base64Url.EncodeToString(HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(text)))}";
    }

    /// <summary>A token that is signed with a key that the issuer does not have.</summary>
    public string CreateForged(string person, string? keyId = null)
    {
        var other = Key.Create();
        return Sign(other, CreateHeader("RS256", keyId ?? other.Id), CreateClaims(person));
    }

    public static JsonObject CreateHeader(string algorithm, string keyId) =>
        new() { ["alg"] = algorithm, ["typ"] = "JWT", ["kid"] = keyId };

    static string Sign(Key key, JsonObject header, JsonObject claims)
    {
        var text = $"{Encode(header)}.{Encode(claims)}";
        var signature = key.Rsa.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return $"{text}.{Base64Url.EncodeToString(signature)}";
    }

    static string Encode(JsonObject json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json.ToJsonString()));

    async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                await AnswerAsync(await _listener.GetContextAsync());
            }
            catch (Exception error) when (
                error is HttpListenerException or ObjectDisposedException or IOException or InvalidOperationException)
            {
                // Who asked has gone, or this issuer ends.
            }
        }
    }

    async Task AnswerAsync(HttpListenerContext context)
    {
        var path = context.Request.Url!.AbsolutePath;
        _requests.AddOrUpdate(path, 1, static (_, count) => count + 1);
        if (_isDown)
        {
            context.Response.StatusCode = 500;
            context.Response.Close();
            return;
        }

        // A redirect to somewhere inside, which nobody should follow.
        if (path.StartsWith("/redirect-to/", StringComparison.Ordinal))
        {
            context.Response.Redirect($"http://{path.Split('/')[2]}/.well-known/openid-configuration");
            context.Response.Close();
            return;
        }

        switch (path)
        {
            case "/.well-known/openid-configuration":
                await WriteAsync(context, 200, new JsonObject
                {
                    ["issuer"] = Name,
                    ["authorization_endpoint"] = Name + "/authorize",
                    ["token_endpoint"] = Name + "/token",
                    ["jwks_uri"] = Name + "/keys",
                    ["end_session_endpoint"] = Name + "/end",
                    ["response_types_supported"] = new JsonArray("code"),
                    ["subject_types_supported"] = new JsonArray("public"),
                    ["id_token_signing_alg_values_supported"] = new JsonArray("RS256"),
                    ["code_challenge_methods_supported"] = new JsonArray("S256"),
                });
                break;
            case "/keys":
                await WriteAsync(context, 200, new JsonObject { ["keys"] = new JsonArray(_key.ToJson()) });
                break;
            case "/authorize":
                Authorize(context);
                break;
            case "/token":
                await GiveTokenAsync(context);
                break;
            default:
                context.Response.StatusCode = path == "/end" ? 200 : 404;
                context.Response.Close();
                break;
        }
    }

    /// <summary>RFC 6749, 4.1.1, and RFC 7636, 4.3: whoever is signed in agrees at once.</summary>
    void Authorize(HttpListenerContext context)
    {
        var query = context.Request.QueryString;
        var back = query["redirect_uri"]!;
        var isRight = query["client_id"] == ClientId && query["response_type"] == "code" && query["code_challenge_method"] == "S256"
            && query["code_challenge"] is { Length: 43 } && query["scope"]!.Split(' ').Contains("openid", StringComparer.Ordinal)
            && query["nonce"] is { Length: > 0 } && query["state"] is { Length: > 0 };
        string answer;
        if (!isRight || Person is not { } person)
            answer = "error=access_denied&error_description=" + Uri.EscapeDataString("<script>internal detail</script>");
        else
        {
            var code = Guid.NewGuid().ToString("N");
            _codes[code] = new Authorization(person, back, query["code_challenge"]!, query["nonce"]!);
            answer = "code=" + code;
        }

        context.Response.Redirect($"{back}?{answer}&state={Uri.EscapeDataString(query["state"] ?? "")}");
        context.Response.Close();
    }

    /// <summary>RFC 6749, 4.1.3, and RFC 7636, 4.6: the code once, from the client that it was for, with the verifier of its
    /// challenge.</summary>
    async Task GiveTokenAsync(HttpListenerContext context)
    {
        using var reader = new StreamReader(context.Request.InputStream);
        var form = (await reader.ReadToEndAsync()).Split('&').Select(pair => pair.Split('=', 2))
            .ToDictionary(pair => pair[0], pair => Uri.UnescapeDataString(pair[1].Replace('+', ' ')), StringComparer.Ordinal);
        if (!_codes.TryRemove(form.GetValueOrDefault("code") ?? "", out var given)
            || form.GetValueOrDefault("redirect_uri") != given.RedirectUri
            || form.GetValueOrDefault("client_id") != ClientId || form.GetValueOrDefault("client_secret") != ClientSecret
            || Base64Url.EncodeToString(
                SHA256.HashData(Encoding.ASCII.GetBytes(form.GetValueOrDefault("code_verifier") ?? ""))) != given.Challenge)
        {
            await WriteAsync(context, 400, new JsonObject { ["error"] = "invalid_grant" });
            return;
        }

        Redeemed++;
        await WriteAsync(context, 200, new JsonObject
        {
            ["access_token"] = CreateToken(given.Person),
            ["token_type"] = "Bearer",
            ["expires_in"] = 3600,
            ["id_token"] = CreateToken(given.Person, claims => (claims["nonce"], claims["aud"]) = (given.Nonce, IdTokenAudience)),
        });
    }

    static async Task WriteAsync(HttpListenerContext context, int status, JsonObject json)
    {
        var bytes = Encoding.UTF8.GetBytes(json.ToJsonString());
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength64 = bytes.Length;
        await context.Response.OutputStream.WriteAsync(bytes);
        context.Response.Close();
    }

    public void Dispose()
    {
        _listener.Stop();
        _listener.Close();
        _ = _serving.Wait(TimeSpan.FromSeconds(5));
    }

    sealed record Authorization(string Person, string RedirectUri, string Challenge, string Nonce);

    sealed record Key(string Id, RSA Rsa)
    {
        public static Key Create() => new(Guid.NewGuid().ToString("N"), RSA.Create(2048));

        /// <summary>RFC 7517, 4, and RFC 7518, 6.3.</summary>
        public JsonObject ToJson()
        {
            var parameters = Rsa.ExportParameters(includePrivateParameters: false);
            return new JsonObject
            {
                ["kty"] = "RSA",
                ["use"] = "sig",
                ["alg"] = "RS256",
                ["kid"] = Id,
                ["n"] = Base64Url.EncodeToString(parameters.Modulus),
                ["e"] = Base64Url.EncodeToString(parameters.Exponent),
            };
        }
    }
}
