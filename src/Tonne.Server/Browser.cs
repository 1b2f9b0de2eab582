using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using Tonne.Server.Security;

namespace Tonne.Server;

/// <summary>Opens the page in the user's browser.</summary>
static class Browser
{
    /// <summary>Opens an address, if there is a desktop and a program that opens addresses.</summary>
    /// <remarks>
    /// The address has the token, and other users can read the arguments of a process. So the browser is given a file that only the user can read, which leads
    /// to the address.
    /// </remarks>
    /// <param name="url">The address.</param>
    /// <param name="getVariable">Reads an environment variable.</param>
    public static void Open(string url, Func<string, string?> getVariable)
    {
        if (!OperatingSystem.IsMacOS() && getVariable("DISPLAY") is null or "" && getVariable("WAYLAND_DISPLAY") is null or "")
            return;
        try
        {
            var page = Path.Combine(Path.GetDirectoryName(TokenFile.ForUser(getVariable).Location)!, "open.html");
            File.Delete(page);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using (var writer = new StreamWriter(new FileStream(page, options)))
                writer.Write($"<!doctype html><meta charset=\"utf-8\"><meta http-equiv=\"refresh\" content=\"0;url={WebUtility.HtmlEncode(url)}\"><title>tonne</title>");
            var start = new ProcessStartInfo(OperatingSystem.IsMacOS() ? "open" : "xdg-open", [page]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
            using var process = Process.Start(start);
        }
        catch (Exception error) when (error is Win32Exception or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"tonne: the browser could not be opened ({error.Message}): open the address above.");
        }
    }
}
