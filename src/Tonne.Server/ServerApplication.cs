using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Tonne.Ledgers.Pushing;
using Tonne.Reporting.Json;
using Tonne.Server.Api;
using Tonne.Server.Fleet;
using Tonne.Server.Live;
using Tonne.Server.Mcp;
using Tonne.Server.Metrics;
using Tonne.Server.Pages;
using Tonne.Server.Security;

namespace Tonne.Server;

/// <summary>Puts the server together: what listens, what is refused, and which routes there are.</summary>
static class ServerApplication
{
    const int MaxConnections = 2000;

    // Nodes keep their connections between pushes.
    const int MaxFleetConnections = 20_000;
    const int MaxHeaderBytes = 16 * 1024;

    // Signed tokens and the cookies of sign-ins are longer.
    const int MaxSignInHeaderBytes = 32 * 1024;
    const int MaxHeaders = 64;

    /// <summary>Creates the server; it is not started yet.</summary>
    /// <exception cref="ServerStartException">The options are wrong; the message lists all problems.</exception>
    public static WebApplication Create(ServerOptions options)
    {
        if (options.FindProblems().ToList() is { Count: > 0 } problems)
            throw new ServerStartException(string.Join('\n', problems));
        if (options.Socket is { } socket)
            SocketFolder.Prepare(socket);
        // Without defaults: no settings file and no variable of the environment changes what is served.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace).SetMinimumLevel(LogLevel.Warning);
        var certificate = options.Certificate is null ? null : ReadCertificate(options);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => Configure(kestrel, options, certificate));
        AddServices(builder.Services, options);
        if (options.Oidc is { } oidc)
            PersonSignIn.Add(builder.Services, oidc, options);
        builder.Services.AddMcpServer(ConfigureMcp).WithHttpTransport(transport => transport.Stateless = true).WithTools<TonneTools>();
        var server = builder.Build();
        server.Use(next => context => ProblemAnswer.CatchAsync(context, next));
        var guard = new RequestGuard(options, certificate);
        server.Use(next => context => guard.InvokeAsync(context, next));
        server.UseRouting();
        if (options.Fleet is not null)
            server.UseRateLimiter();
        Map(server, options);
        return server;
    }

    /// <summary>Names the server to its clients.</summary>
    public static void ConfigureMcp(ModelContextProtocol.Server.McpServerOptions mcp)
    {
        mcp.ServerInfo = new() { Name = "tonne", Title = "tonne, the carbon ledger for AI", Version = typeof(ServerApplication).Assembly.GetName().Version?.ToString(3) ?? "0" };
        mcp.ServerInstructions = "Energy and emissions of AI work: estimates before it runs, and the runs that were recorded. Every figure has an interval, a boundary and a quality; state them with the figure. "
            + StoredText.Notice;
    }

    /// <summary>Adds what routes and tools use.</summary>
    public static void AddServices(IServiceCollection services, ServerOptions options)
    {
        services.AddRoutingCore();
        services.AddSingleton(options).AddSingleton(options.Time).AddSingleton(options.Home);
        if (options.Fleet is { } fleet)
        {
            services.AddHttpContextAccessor();
            services.AddSingleton<IRunDirectory>(provider => new DatabaseRunDirectory(
                fleet, options.Home, options.Time, provider.GetRequiredService<IHttpContextAccessor>(), provider.GetRequiredService<ILogger<DatabaseRunDirectory>>()));
            PushLimiter.Add(services, options.PushLimits);
        }
        else
            services.AddSingleton<IRunDirectory>(provider => new RunDirectory(options.Home, options.Time, options.ReadOnly, provider.GetRequiredService<ILogger<RunDirectory>>()));
        services.AddSingleton(provider => new ServiceDirectory(
            provider.GetRequiredService<IRunDirectory>() as RunDirectory, options.ReadOnly, provider.GetRequiredService<ILogger<ServiceDirectory>>()));
        services.AddSingleton<LiveHub>().AddSingleton<MetricsRoutes>().AddSingleton<DoctorRoutes>().AddSingleton<AdviceRoutes>();
        services.ConfigureHttpJsonOptions(json =>
        {
            // What the schemas of the OpenAPI document are made of: the same contexts that write the documents.
            json.SerializerOptions.PropertyNamingPolicy = System.Text.Json.JsonNamingPolicy.SnakeCaseLower;
            json.SerializerOptions.NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.Strict;
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, ReportJson.Default);
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, PushJson.Default);
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, FleetJson.Default);
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJson.Default);
        });
        OpenApiDescription.Add(services);
    }

    static void Map(WebApplication server, ServerOptions options)
    {
        var runs = server.Services.GetRequiredService<IRunDirectory>();
        var api = server.MapGroup("/api/v1");
        RunRoutes.Map(api, runs);
        server.Services.GetRequiredService<AdviceRoutes>().Map(api);
        LiveRoutes.Map(api, runs, server.Services.GetRequiredService<LiveHub>(), options.Time);
        TotalRoutes.Map(api, runs);
        MonthRoutes.Map(api, runs);
        ServiceRoutes.Map(api, server.Services.GetRequiredService<ServiceDirectory>());
        EstimateRoutes.Map(api);
        FootprintRoutes.Map(api, runs);
        CatalogRoutes.Map(api);
        if (options.Fleet is { } fleet)
        {
            // What is not about runs is for the owner of the fleet.
            var owners = api.MapGroup("");
            owners.AddEndpointFilter(new FleetOwnerFilter(fleet));
            server.Services.GetRequiredService<DoctorRoutes>().Map(owners);
            new FleetRoutes(fleet, options.PushLimits, options.Time).Map(api, owners);
            PersonRoutes.Map(api, fleet, options);
        }
        else
            server.Services.GetRequiredService<DoctorRoutes>().Map(api);
        server.Services.GetRequiredService<MetricsRoutes>().Map(server);
        server.MapOpenApi("/openapi/{documentName}.json");
        server.MapMcp("/mcp");
        DashboardPages.Map(server, options.Fleet is not null);
    }

    static void Configure(KestrelServerOptions kestrel, ServerOptions options, X509Certificate2? certificate)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = options.Fleet is null ? MaxConnections : MaxFleetConnections;
        if (options.Fleet is not null)
            kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(options.PushLimits.MinBytesPerSecond, options.PushLimits.Grace);
        kestrel.Limits.MaxRequestBodySize = FootprintRoutes.MaxBytes;
        kestrel.Limits.MaxRequestHeadersTotalSize = options.Oidc is null ? MaxHeaderBytes : MaxSignInHeaderBytes;
        kestrel.Limits.MaxRequestHeaderCount = MaxHeaders;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        if (options.Socket is { } socket)
            kestrel.ListenUnixSocket(socket, static listen => listen.Protocols = HttpProtocols.Http1);
        else
        {
            kestrel.Listen(options.Address, options.Port, listen =>
            {
                listen.Protocols = certificate is null ? HttpProtocols.Http1 : HttpProtocols.Http1AndHttp2;
                if (certificate is not null)
                    listen.UseHttps(certificate);
            });
        }
    }

    static X509Certificate2 ReadCertificate(ServerOptions options)
    {
        try
        {
            return Path.GetExtension(options.Certificate!).ToLowerInvariant() is ".pfx" or ".p12"
                ? X509CertificateLoader.LoadPkcs12FromFile(options.Certificate!, password: null)
                : X509Certificate2.CreateFromPemFile(options.Certificate!, options.CertificateKey);
        }
        catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new ServerStartException($"--certificate {options.Certificate}: {error.Message} Give a PEM file with certificate and key, or --certificate-key FILE, or a .pfx file without a password.", error);
        }
    }
}
