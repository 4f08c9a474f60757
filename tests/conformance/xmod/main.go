// Command xmod checks a log that Cadastre wrote with the Go module database's own packages,
// golang.org/x/mod/sumdb/note and sumdb/tlog: an implementation by other hands, in another language.
//
// Usage: xmod <directory>. The directory holds claims.json, checkpoint.<size> and the tiles at their paths.
// Prints one line of counts; any disagreement is fatal.
package main

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type claims struct {
	Origin      string
	Log         string // vkey, type 0x01
	Witness     string // vkey, type 0x04
	Sizes       []int64
	Inclusion   []inclusion
	Consistency []consistency
}

type inclusion struct {
	Size, Index int64
	Proof       []string
}

type consistency struct {
	First, Second int64
	Proof         []string
}

// cosigner is a note.Verifier for cosignature/v1, which x/mod does not know.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func newCosigner(vkey string) cosigner {
	parts := strings.SplitN(vkey, "+", 3)
	hash, err := strconv.ParseUint(parts[1], 16, 32)
	check(err)
	key, err := base64.StdEncoding.DecodeString(parts[2])
	check(err)
	must(len(key) == 33 && key[0] == 4, "witness key is not of type 0x04")
	return cosigner{parts[0], uint32(hash), key[1:]}
}

func (c cosigner) Name() string    { return c.name }
func (c cosigner) KeyHash() uint32 { return c.hash }
func (c cosigner) Verify(msg, sig []byte) bool {
	if len(sig) != 72 {
		return false
	}
	signed := fmt.Sprintf("cosignature/v1\ntime %d\n%s", binary.BigEndian.Uint64(sig), msg)
	return ed25519.Verify(c.key, []byte(signed), sig[8:])
}

// tiles reads tiles from the directory; spoil, if set, may change what was read.
type tiles struct {
	dir   string
	spoil func(tile tlog.Tile, data []byte)
}

func (t tiles) Height() int                     { return 8 }
func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}
func (t tiles) ReadTiles(want []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range want {
		data, err := os.ReadFile(filepath.Join(t.dir, path(tile)))
		if err != nil {
			return nil, err
		}
		if t.spoil != nil {
			t.spoil(tile, data)
		}
		all = append(all, data)
	}
	return all, nil
}

// path maps sumdb's tile/8/<L>/<N> and tile/8/data/<N> to tlog-tiles' names.
func path(tile tlog.Tile) string {
	rest := strings.TrimPrefix(tile.Path(), "tile/8/")
	return "tile/" + strings.Replace(rest, "data/", "entries/", 1)
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func must(ok bool, format string, args ...interface{}) {
	if !ok {
		log.Fatalf(format, args...)
	}
}

func hashes(texts []string) []tlog.Hash {
	var out []tlog.Hash
	for _, text := range texts {
		h, err := tlog.ParseHash(text)
		check(err)
		out = append(out, h)
	}
	return out
}

func read(dir string, name string) []byte {
	data, err := os.ReadFile(filepath.Join(dir, name))
	check(err)
	return data
}

// open checks the signatures of a checkpoint with x/mod and reads its three lines.
func open(c claims, data []byte, size int64) tlog.Tree {
	logKey, err := note.NewVerifier(c.Log)
	check(err)
	n, err := note.Open(data, note.VerifierList(logKey, newCosigner(c.Witness)))
	check(err)
	must(len(n.Sigs) == 2 && len(n.UnverifiedSigs) == 0, "size %d: %d signatures verified", size, len(n.Sigs))
	lines := strings.Split(n.Text, "\n")
	must(len(lines) == 4 && lines[3] == "", "checkpoint has %d lines", len(lines))
	must(lines[0] == c.Origin && lines[1] == fmt.Sprint(size), "checkpoint says %q", n.Text)
	root, err := tlog.ParseHash(lines[2])
	check(err)
	for i := 0; i < len(n.Text); i++ {
		bad := append([]byte(nil), data...)
		bad[i] ^= 1
		_, err := note.Open(bad, note.VerifierList(logKey))
		must(err != nil, "a checkpoint with byte %d changed was accepted", i)
	}
	_, err = note.Open(bytes.Replace(data, []byte("\n"+lines[1]+"\n"), []byte("\n1234\n"), 1), note.VerifierList(newCosigner(c.Witness)))
	must(err != nil, "a cosignature verified over another text")
	return tlog.Tree{N: size, Hash: root}
}

// entries reads the entry bundles of a size.
func entries(dir string, size int64) [][]byte {
	var out [][]byte
	for n := int64(0); n*256 < size; n++ {
		width := size - n*256
		if width > 256 {
			width = 256
		}
		data := read(dir, path(tlog.Tile{H: 8, L: -1, N: n, W: int(width)}))
		for len(data) > 0 {
			length := int(binary.BigEndian.Uint16(data))
			out = append(out, data[2:2+length])
			data = data[2+length:]
		}
	}
	must(int64(len(out)) == size, "%d entries in the bundles of size %d", len(out), size)
	return out
}

// proves tells whether the tree's root and the entry at an index can be proved from the tiles. Both are asked
// for because TileHashReader of x/mod 0.7 (Debian 12) leaves some tiles unchecked; the proof is checked anyway.
func proves(t tlog.Tree, index int64, reader tlog.HashReader, all [][]byte) bool {
	if _, err := tlog.TreeHash(t.N, reader); err != nil {
		return false
	}
	proof, err := tlog.ProveRecord(t.N, index, reader)
	return err == nil && tlog.CheckRecord(proof, t.N, t.Hash, index, tlog.RecordHash(all[index])) == nil
}

// tree checks one published size: every tile it needs, every entry, and that a spoiled tile is noticed.
func tree(dir string, t tlog.Tree) int {
	reader := tlog.TileHashReader(t, tiles{dir: dir})
	root, err := tlog.TreeHash(t.N, reader)
	check(err)
	must(root == t.Hash, "the tiles of size %d have another root", t.N)
	all := entries(dir, t.N)
	for i := range all {
		must(proves(t, int64(i), reader, all), "entry %d is not provable at size %d", i, t.N)
	}
	spoiled := 0
	for _, target := range tlog.NewTiles(8, 0, t.N) {
		row := t.N >> uint(8*target.L)
		if target.W < 256 && target.N<<8+int64(target.W) != row {
			continue // a width that only smaller trees publish
		}
		// The sibling of the tile's first hash, or that hash itself where it stands alone.
		at := 1
		if target.W == 1 {
			at = 0
		}
		reader := tlog.TileHashReader(t, tiles{dir, func(tile tlog.Tile, data []byte) {
			if tile == target {
				data[at*tlog.HashSize] ^= 1
			}
		}})
		must(!proves(t, target.N<<uint(8*target.L+8), reader, all), "size %d: tile %s spoiled and not noticed", t.N, target.Path())
		spoiled++
	}
	return spoiled
}

func main() {
	log.SetFlags(0)
	dir := os.Args[1]
	var c claims
	check(json.Unmarshal(read(dir, "claims.json"), &c))
	trees := map[int64]tlog.Tree{}
	spoiled := 0
	for _, size := range c.Sizes {
		trees[size] = open(c, read(dir, fmt.Sprintf("checkpoint.%d", size)), size)
		spoiled += tree(dir, trees[size])
	}
	for _, claim := range c.Inclusion {
		t := trees[claim.Size]
		leaf := tlog.RecordHash(entries(dir, claim.Size)[claim.Index])
		proof := tlog.RecordProof(hashes(claim.Proof))
		check(tlog.CheckRecord(proof, t.N, t.Hash, claim.Index, leaf))
		for i := range proof {
			proof[i][i%32] ^= 1
			must(tlog.CheckRecord(proof, t.N, t.Hash, claim.Index, leaf) != nil, "a spoiled inclusion proof was accepted")
			proof[i][i%32] ^= 1
		}
	}
	for _, claim := range c.Consistency {
		one, two := trees[claim.First], trees[claim.Second]
		proof := tlog.TreeProof(hashes(claim.Proof))
		check(tlog.CheckTree(proof, two.N, two.Hash, one.N, one.Hash))
		for i := range proof {
			proof[i][i%32] ^= 1
			must(tlog.CheckTree(proof, two.N, two.Hash, one.N, one.Hash) != nil, "a spoiled consistency proof was accepted")
			proof[i][i%32] ^= 1
		}
	}
	fmt.Printf("checkpoints %d inclusion %d consistency %d spoiled-tiles %d\n",
		len(c.Sizes), len(c.Inclusion), len(c.Consistency), spoiled)
}
